/**
 * A bound for each test and hook, where the runner has none: what hangs fails, and the rest goes on. As in jest, a test or a hook may
 * name its own as its last argument, in milliseconds.
 */
const { bind } = require('jest-each');

const BOUND_MS = 60_000;

const within = (name, work, boundMs = BOUND_MS) =>
  work &&
  (async () => {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${name} has not ended within ${boundMs} ms`)), boundMs);
    });
    await Promise.race([(async () => work())(), late]).finally(() => clearTimeout(timer));
  });

const bounded = (register) => {
  const test = (name, work, boundMs) => register(name, within(`"${name}"`, work, boundMs), boundMs);
  return Object.assign(test, { each: bind(test) });
};

const { it, beforeAll, beforeEach, afterEach, afterAll } = globalThis;
globalThis.it = globalThis.test = Object.assign(bounded(it), { only: bounded(it.only), skip: it.skip, todo: it.todo });
for (const hook of [beforeAll, beforeEach, afterEach, afterAll])
  globalThis[hook.name] = (work, boundMs) => hook(within(hook.name, work, boundMs), boundMs);
