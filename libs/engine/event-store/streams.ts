/**
 * Stream names. They are stored for ever: never change how one is made.
 * An id is written so that two ids never share a stream: what is not a-z, 0-9, `_`, `.`, `:` or `-` becomes `=` and its
 * UTF-8 bytes in hex (so upper case survives stores that fold it). `~` joins two ids and can stand in neither.
 */

const PLAIN = /^[a-z0-9_.:-]+$/;

export const encodeId = (id: string): string =>
  PLAIN.test(id)
    ? id
    : id.replace(/[^a-z0-9_.:-]/gu, (character) =>
        [...Buffer.from(character, 'utf8')].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join(''),
      );

export const decodeId = (encoded: string): string =>
  encoded.includes('=')
    ? Buffer.from(
        encoded.replace(/=([0-9a-f]{2})|(.)/g, (_, hex: string, plain: string) => hex ?? Buffer.from(plain).toString('hex')),
        'hex',
      ).toString('utf8')
    : encoded;

export const streams = {
  settings: 'settings-account',
  customer: (customerId: string) => `customer-${encodeId(customerId)}`,
  autoTopUp: (customerId: string) => `autoTopUp-${encodeId(customerId)}`,
  wallet: (customerId: string) => `wallet-${encodeId(customerId)}`,
  creditBalance: (customerId: string, creditProductId: string) => `creditBalance-${encodeId(customerId)}~${encodeId(creditProductId)}`,
  /** What the streams of all credit balances of one customer begin with. */
  creditBalancesOf: (customerId: string) => `creditBalance-${encodeId(customerId)}~`,
  creditProduct: (creditProductId: string) => `creditProduct-${encodeId(creditProductId)}`,
  webhookEndpoint: (endpointId: string) => `webhookEndpoint-${encodeId(endpointId)}`,
  deliveries: (endpointId: string) => `deliveries-${encodeId(endpointId)}`,
  rejectedUsage: (rejectionId: string) => `rejectedUsage-${rejectionId}`,
} as const;

export const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));
/** The ids that a stream name was made of, decoded: one, or customer and credit product for a credit balance. */
export const idsOf = (stream: string): string[] =>
  stream
    .slice(stream.indexOf('-') + 1)
    .split('~')
    .map(decodeId);
