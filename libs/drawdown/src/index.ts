export * from './balance';
export * from './commands';
export * from './decide';
export * from './events';
export * from './grants';
export * from './limits';
