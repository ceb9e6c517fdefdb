export * from './amount';
export * from './currency';
export * from './instant';
export * from './minor-units';
