export * from './due-commands';
export * from './sweeper';
