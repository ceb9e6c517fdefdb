export * from './config';
export * from './contract/contract';
export * from './doors';
export * from './health';
export * from './lifecycle';
export * from './listen-address';
export * from './logging';
