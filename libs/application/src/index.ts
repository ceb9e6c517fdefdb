export * from './door-answer';
export * from './errors';
export * from './fields';
export * from './operation';
export * from './refusals';
export * from './routes';
