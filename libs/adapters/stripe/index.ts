export { StripeCheckout, type StripeCheckoutOptions } from './stripe-checkout';
export { NOTICE_AGE_MS_MAX, NOTICE_BYTES_MAX } from './stripe-notification';
