export * from './catalog';
export * from './catalog.commands';
export * from './catalog.events';
export * from './credit-product';
