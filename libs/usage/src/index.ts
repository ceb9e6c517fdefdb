export * from './json-node';
export * from './json-problem';
export * from './strict-json';
