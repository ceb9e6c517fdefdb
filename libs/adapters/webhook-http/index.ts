export * from './destination-guard';
export * from './http-webhook-sender';
