import { join } from 'node:path';
import { loadSync, type ServiceDefinition } from '@grpc/proto-loader';
import type { Message } from './message';
import type { Violation } from '@drawdown/api/errors';
import { parseJson } from '@drawdown/domain/usage';
import fc from 'fast-check';
import { loadContract } from './contract';
import { messageFromJson } from './json-reader';
import { writeJson } from './json-writer';
import type { FieldShape, MessageShape } from './message-shape';
import { messageFromWire } from './wire-reader';
import { messageToWire } from './wire-writer';

const contract = loadContract();
const shapes = [...contract.rpcs.values()].flatMap(({ request, response }) => [request, response]);

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !text.includes('\0') && text.isWellFormed());
const MS_PER_CENTURY = 100 * 365 * 86_400_000;

/** Any message of a shape, in the normal form: no defaults where absence and default are the same. */
function messages(shape: MessageShape): fc.Arbitrary<Message> {
  const fields = Object.fromEntries(shape.fields.map((field) => [field.name, fc.option(valueOf(field), { nil: undefined })]));
  return fc.record(fields).map((message) => {
    const oneofs = new Set<string>();
    return Object.fromEntries(
      Object.entries(message).filter(([name, value]) => {
        const oneof = shape.byName.get(name)?.oneof;
        if (value === undefined || (oneof !== undefined && oneofs.has(oneof))) return false;
        if (oneof !== undefined) oneofs.add(oneof);
        return true;
      }),
    );
  });
}

function valueOf(field: FieldShape): fc.Arbitrary<unknown> {
  if (field.map) return fc.dictionary(word, word, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
  if (field.list) return fc.array(oneOf(field), { minLength: 1, maxLength: 3 });
  return oneOf(field).filter((value) => field.presence || !(value === 0 || value === false || value === ''));
}

function oneOf(field: FieldShape): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'text':
      return word;
    case 'flag':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case 'long':
      return fc.maxSafeInteger();
    case 'bytes':
      return fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes));
    case 'word':
      return fc.constantFrom(...field.words.values());
    case 'time':
      return fc.integer({ min: -MS_PER_CENTURY, max: MS_PER_CENTURY }).map((ms) => new Date(ms).toISOString());
    case 'message':
      return field.message ? messages(field.message) : fc.constant({});
  }
}

const fromJson = (shape: MessageShape, text: string): [Message, Violation[]] => {
  const violations: Violation[] = [];
  const { node } = parseJson(text);
  return [node === undefined ? {} : messageFromJson(shape, node, violations), violations];
};

describe('a message', () => {
  it('is the same after the way through gRPC and after the way through HTTP', () => {
    for (const shape of shapes)
      fc.assert(
        fc.property(messages(shape), (message) => {
          const violations: Violation[] = [];
          expect([messageFromWire(shape, messageToWire(shape, message), violations), violations]).toEqual([message, []]);
          expect(fromJson(shape, writeJson(shape, message))).toEqual([message, []]);
        }),
        { numRuns: 20 },
      );
  });

  it('is understood on the wire by others, and theirs by us', () => {
    const directory = join(__dirname, '../../../proto');
    const files = loadSync('drawdown/v1/wallet.proto', {
      includeDirs: [directory],
      keepCase: true,
      longs: String,
      enums: String,
      oneofs: true,
    });
    const { requestSerialize, requestDeserialize } = (files['drawdown.v1.WalletService'] as ServiceDefinition)['AddCredits']!;
    const request = contract.rpcs.get('AddCredits')?.request;
    if (!request) throw new Error('no AddCredits');
    const ours = {
      customer_id: 'c',
      credits: '1.5',
      origin: 'free',
      priority: 0,
      expires_at: '1969-12-31T23:59:59.999Z',
      metadata: { a: 'b' },
    };
    expect(requestDeserialize(messageToWire(request, ours))).toMatchObject({
      customer_id: 'c',
      credits: '1.5',
      origin: 'ORIGIN_FREE',
      priority: 0,
      expires_at: { seconds: '-1', nanos: 999_000_000 },
      metadata: { a: 'b' },
    });
    const theirs = requestSerialize({ ...ours, origin: 2, expires_at: { seconds: -1, nanos: 999_000_000 } });
    expect(messageFromWire(request, theirs, [])).toEqual(ours);
  });
});

describe('reading', () => {
  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...shapes), fc.uint8Array({ maxLength: 200 }), (shape, bytes) => {
        expect(() => messageFromWire(shape, bytes, [])).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.constantFrom(...shapes), fc.json(), (shape, text) => {
        expect(() => fromJson(shape, text)).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses two members of a oneof in JSON, and takes the last of them on the wire', () => {
    const limits = contract.rpcs.get('SetWalletLimits')?.request;
    const limit = limits?.byName.get('limits')?.message;
    if (!limit) throw new Error('no limit');
    const [, violations] = fromJson(limit, '{"limit_id":"a","absolute":"1","percent_of_last_top_up":"2"}');
    expect(violations).toEqual([
      { field: 'percent_of_last_top_up', problem: 'cannot be given together with absolute', remedy: 'send one of the two' },
    ]);
    const both = Buffer.concat([messageToWire(limit, { absolute: '1' }), messageToWire(limit, { percent_of_last_top_up: '2' })]);
    expect(messageFromWire(limit, both, [])).toEqual({ percent_of_last_top_up: '2' });
  });
});

describe('an answer that the contract does not allow', () => {
  const response = contract.rpcs.get('CanSpend')?.response;
  it.each([
    ['an unknown field', { colour: 'red' }],
    ['an amount as a number', { available: 1.5 }],
    ['a bigint', { revision: 1n }],
    ['a moment that is none', { as_of: 5 }],
  ])('is a bug on both transports: %s', (_, answer) => {
    if (!response) throw new Error('no CanSpend');
    expect(() => writeJson(response, answer)).toThrow(TypeError);
    expect(() => messageToWire(response, answer)).toThrow(TypeError);
  });
});
