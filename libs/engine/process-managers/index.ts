export * from './due-commands';
export * from './sweeper';
export * from './auto-top-up-runner';
export * from './test-clock';
