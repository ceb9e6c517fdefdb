/** What is not in the contract: problem details, usage events in their CloudEvents form, and the notifications of payment providers. */
import type { Schema } from './schemas';

/** RFC 9457, section 3, with our extension members. */
export const PROBLEM_SCHEMA: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', description: 'Always about:blank: `code` distinguishes problems.' },
    title: { type: 'string', description: 'The kind of problem, for people.' },
    status: { type: 'integer', description: 'The HTTP status.' },
    detail: { type: 'string', description: 'This occurrence, for people.' },
    code: { type: 'string', description: 'Stable reason, such as `INSUFFICIENT_CREDITS`. The same as `reason` in google.rpc.ErrorInfo.' },
    errors: {
      type: 'array',
      description: 'Everything that is wrong with the request.',
      items: {
        type: 'object',
        required: ['field', 'detail', 'remedy'],
        properties: {
          field: { type: 'string', description: 'Path of the field, or the name of a header; empty for the whole.' },
          detail: { type: 'string', description: 'What is wrong.' },
          remedy: { type: 'string', description: 'What to do about it.' },
        },
      },
    },
    facts: { type: 'object', additionalProperties: { type: 'string' }, description: 'Figures of this occurrence, such as `available`.' },
  },
};

/** CloudEvents 1.0, as usage intake takes it. */
export const USAGE_EVENT_SCHEMA: Schema = {
  type: 'object',
  required: ['specversion', 'id', 'source', 'type', 'subject'],
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', minLength: 1, description: 'Unique within its source. With source it is what makes the event itself.' },
    source: { type: 'string', minLength: 1, description: 'Who says so.' },
    type: { type: 'string', minLength: 1, description: 'What kind of usage; meters select by it.' },
    subject: { type: 'string', minLength: 1, description: "The customer's id." },
    time: { type: 'string', format: 'date-time', description: 'When the usage happened. Absent: when it is received.' },
    datacontenttype: { type: 'string', description: 'A JSON type, or absent.' },
    data: {
      type: 'object',
      description: 'Where meters find their quantities. Numbers keep all their digits; decimal strings are numbers too.',
    },
  },
  additionalProperties: { type: ['string', 'number', 'boolean'], description: 'Extension attributes.' },
};

const text = (description: string): Schema => ({ type: 'string', description });

export const PAYMENT_NOTIFICATION_OPERATION: Schema = {
  operationId: 'TakePaymentNotification',
  tags: ['Purchase'],
  description:
    'The notification of a payment provider. It arrives over HTTP only. Its signature must cover the bytes of the body. ' +
    'With Stripe, give this address to a webhook endpoint. The status is 200 if it was recorded or is not about purchases, 400 if it is ' +
    'not valid, 404 if it names an unknown purchase, and 503 if the provider shall deliver it again.',
  parameters: [
    { name: 'provider', in: 'path', required: true, description: 'Such as `stripe`.', schema: { type: 'string' } },
    { name: 'Stripe-Signature', in: 'header', description: 'As Stripe signs its notifications.', schema: { type: 'string' } },
  ],
  requestBody: {
    required: true,
    content: { 'application/json': { schema: { type: 'object', description: 'In the words of the provider.' } } },
  },
  responses: {
    200: {
      description: 'It was received.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['outcome'],
            properties: {
              outcome: { enum: ['credited', 'failed', 'flagged', 'already_known', 'ignored'], description: 'What became of it.' },
              detail: text('Why it was ignored.'),
              event_id: text("The provider's id of the notification."),
              purchase_id: text('The purchase.'),
              customer_id: text('Whose.'),
            },
          },
        },
      },
    },
    default: { $ref: '#/components/responses/Problem' },
  },
};
