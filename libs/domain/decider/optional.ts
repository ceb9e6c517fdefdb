/** A field that is there when it has a value: no field of a command or an event is ever `undefined`. */
export const optional = <const Name extends string, T>(name: Name, value: T | undefined): { readonly [N in Name]?: T } =>
  // A computed name widens to a string: the cast gives back the name that the caller wrote.
  (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: T };
