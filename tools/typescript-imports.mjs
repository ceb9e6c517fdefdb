/** A TypeScript file that is imported is a CommonJS module, and is loaded as one that is required. */
export const load = (url, context, next) =>
  /\.ts(?:\?|$)/.test(url) ? { format: 'commonjs', source: null, shortCircuit: true } : next(url, context);
