import { amount, instant } from '@drawdown/domain/amounts';
import fc from 'fast-check';
import { JsonObject } from './json-node';
import { readRated, writeRated } from './rated-usage';
import { rate, type Rating } from './rating';
import { receivedAt, usage } from './usage-event.fixtures';

const SEED = 20_260_302;
const part = (meter: string, quantity: string, weight: string, credits: string) => ({
  meter,
  quantity: amount(quantity),
  weight: amount(weight),
  weightVersion: 3,
  credits: amount(credits),
});

const twoProducts: Rating = {
  matched: [
    {
      creditProductId: 'llm',
      parts: [part('input', '4808', '0.000003', '0.014424'), part('output', '10', '0.5', '5')],
      credits: amount('5.014424'),
    },
    {
      creditProductId: 'audit',
      parts: [],
      credits: amount('0'),
      rejection: { reason: 'quantity_missing', detail: 'data.cents is missing; send the quantity as a number', field: 'data.cents' },
    },
  ],
};
const onWallet: Rating = {
  matched: [
    { creditProductId: 'pages', drawsOn: 'wallet_immediate', parts: [part('scan', '2', '0.5', '1')], credits: amount('1') },
    { creditProductId: 'pages', drawsOn: 'wallet_on_invoice', parts: [part('keep', '2', '3', '6')], credits: amount('6') },
    { creditProductId: 'llm', parts: [part('input', '2', '1', '2')], credits: amount('2') },
  ],
};
const noMeter: Rating = { rejection: { reason: 'no_matching_meter', detail: 'no meter takes events of type "x\\u0000"; add one' } };

/** As it may stand in topics: a change here is a change of what deployments tell each other. */
const GOLDEN =
  '{"v":1,"source":"azure-llm-code","id":"row-1","type":"llm.request","subject":"cus_1","time":"2023-11-16T18:17:03.9799600Z","bodyHash":"BODY",' +
  '"matched":[{"product":"llm","parts":[{"meter":"input","quantity":"4808","weight":"0.000003","weightVersion":3,"credits":"0.014424"},' +
  '{"meter":"output","quantity":"10","weight":"0.5","weightVersion":3,"credits":"5"}]},' +
  '{"product":"audit","rejection":{"reason":"quantity_missing","detail":"data.cents is missing; send the quantity as a number","field":"data.cents"}}]}';
const golden = GOLDEN.replace('BODY', usage().bodyHash);
const GOLDEN_ON_WALLET =
  '{"v":2,"source":"azure-llm-code","id":"row-1","type":"llm.request","subject":"cus_1","time":"2023-11-16T18:17:03.9799600Z","bodyHash":"BODY",' +
  '"matched":[{"product":"pages","drawsOn":"wallet_immediate","parts":[{"meter":"scan","quantity":"2","weight":"0.5","weightVersion":3,"credits":"1"}]},' +
  '{"product":"pages","drawsOn":"wallet_on_invoice","parts":[{"meter":"keep","quantity":"2","weight":"3","weightVersion":3,"credits":"6"}]},' +
  '{"product":"llm","parts":[{"meter":"input","quantity":"2","weight":"1","weightVersion":3,"credits":"2"}]}]}';
const goldenOnWallet = GOLDEN_ON_WALLET.replace('BODY', usage().bodyHash);
const withoutData = (fields = {}) => ({ ...usage(fields), data: new JsonObject([], []) });

describe('rated usage as text', () => {
  it('is written in these words', () => expect(writeRated(usage(), twoProducts)).toBe(golden));

  it('of version 1 is read for ever', () => expect(readRated(golden)).toEqual({ parsed: { usage: withoutData() }, rating: twoProducts }));

  it('that draws on the wallet is written as version 2, in these words, and read for ever', () => {
    expect(writeRated(usage(), onWallet)).toBe(goldenOnWallet);
    expect(readRated(goldenOnWallet)).toEqual({ parsed: { usage: withoutData() }, rating: onWallet });
  });

  it('of a product of the wallet that cannot be rated says so', () => {
    const rejected: Rating = {
      matched: [
        {
          creditProductId: 'pages',
          drawsOn: 'wallet_immediate',
          parts: [],
          credits: amount('0'),
          rejection: { reason: 'quantity_missing', detail: 'd' },
        },
      ],
    };
    expect(readRated(writeRated(usage(), rejected))?.rating).toEqual(rejected);
  });

  it('tells a rejection of all of it', () =>
    expect(readRated(writeRated(usage(), noMeter))).toEqual({ parsed: { usage: withoutData() }, rating: noMeter }));

  it('gives back an event without a time at the time of its record', () =>
    expect(readRated(writeRated(usage({ time: undefined }), noMeter))?.parsed.usage).toMatchObject({
      usedAt: receivedAt,
      time: '2024-03-01T12:00:00.000Z',
    }));

  it('may hold fields that this program does not know: a newer one may have added them', () =>
    expect(readRated(golden.replace('"v":1,', '"v":1,"hint":{"a":[1]},'))).toEqual(readRated(golden)));

  it('gives back any ids, quantities and weights', () =>
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((id) => !/[\p{Cc}\p{Cs}]/u.test(id)),
        fc.bigInt(0n, 10n ** 15n),
        fc.bigInt(0n, 10n ** 15n),
        (id, quantity, weight) => {
          const decimal = (value: bigint): string => `${value / 1_000_000_000n}.${`${value % 1_000_000_000n}`.padStart(9, '0')}`;
          const event = usage({ id, source: id, data: { n: decimal(quantity) } });
          const meter = {
            id: 'n',
            eventType: event.type,
            filters: [],
            quantity: { kind: 'value' as const, path: 'n' },
            weights: [{ version: 1, weight: amount(decimal(weight)) }],
          };
          const rating = rate(event, [{ id: 'p', meters: [meter] }]);
          expect(readRated(writeRated(event, rating))).toEqual({ parsed: { usage: { ...event, data: new JsonObject([], []) } }, rating });
        },
      ),
      { seed: SEED },
    ));
});

describe('text that is no rated usage', () => {
  const wrong: readonly (readonly [what: string, text: string])[] = [
    ['nothing', ''],
    ['no JSON', '{"v":1'],
    ['no object', '[1]'],
    ['null', 'null'],
    ['a version that this program does not know', golden.replace('"v":1', '"v":3')],
    ['a wallet in version 1, whose readers pass over it', goldenOnWallet.replace('"v":2', '"v":1')],
    ['something else to draw on', goldenOnWallet.replace('wallet_immediate', 'the_moon')],
    ['the same way of the wallet twice', goldenOnWallet.replace('wallet_immediate', 'wallet_on_invoice')],
    ['a product that draws on its balance and on the wallet', goldenOnWallet.replace('"llm"', '"pages"')],
    ['no version', golden.replace('"v":1,', '')],
    ['a source that is none', golden.replace('"azure-llm-code"', '""')],
    ['a source that is too long', golden.replace('azure-llm-code', 'x'.repeat(513))],
    ['an id that is no text', golden.replace('"row-1"', '1')],
    ['an id with a control character', golden.replace('row-1', 'row\\u0000')],
    ['a customer id with half of a surrogate pair', golden.replace('cus_1', '\\ud800')],
    ['a customer id with white space at its end', golden.replace('cus_1', 'cus_1 ')],
    ['no type', golden.replace('"type":"llm.request",', '')],
    ['a time that does not exist', golden.replace('2023-11-16', '2023-11-31')],
    ['a body hash that is too short', golden.replace(usage().bodyHash, 'abc')],
    ['neither a match nor a rejection', golden.replace('"matched"', '"hint"')],
    ['both', golden.replace('"matched"', '"rejection":{"reason":"too_late","detail":""},"matched"')],
    ['no product', golden.replace(/"matched":.*/, '"matched":[]}')],
    ['a product twice', golden.replace('"audit"', '"llm"')],
    ['a product id that is none', golden.replace('"llm"', '"LLM"')],
    ['a product without parts', golden.replace(/"parts":\[\{.*?\}\]\}/, '"parts":[]}')],
    ['a meter id that is none', golden.replace('"input"', '""')],
    ['a quantity below zero', golden.replace('"4808"', '"-4808"').replace('"0.014424"', '"-0.014424"')],
    ['a quantity as a number', golden.replace('"4808"', '4808')],
    ['a quantity with an exponent', golden.replace('"4808"', '"4.808e3"')],
    ['an amount with ten digits after the point', golden.replace('"0.014424"', '"0.0144240000"')],
    ['credits that are not quantity times weight, by the last digit', golden.replace('"0.014424"', '"0.014424001"')],
    ['a weight version that is none', golden.replace('"weightVersion":3', '"weightVersion":0')],
    ['a weight version with a fraction', golden.replace('"weightVersion":3', '"weightVersion":1.5')],
    ['a reason that this program does not know', golden.replace('quantity_missing', 'sun_spots')],
    ['a reason that every object has', golden.replace('quantity_missing', 'constructor')],
    ['a rejection without a sentence', golden.replace(/"detail":"[^"]*",/, '')],
  ];

  it.each(wrong)('is refused: %s', (_, text) => {
    expect(text).not.toBe(golden);
    expect(readRated(text)).toBeUndefined();
  });

  it('is refused whatever one byte was changed into, unless it says something legal', () =>
    fc.assert(
      fc.property(fc.nat({ max: golden.length - 1 }), fc.integer({ min: 0x20, max: 0x7e }), (at, code) => {
        const read = readRated(`${golden.slice(0, at)}${String.fromCharCode(code)}${golden.slice(at + 1)}`);
        if (read && 'matched' in read.rating) for (const product of read.rating.matched) expect(product.credits).toBeGreaterThanOrEqual(0n);
      }),
      { seed: SEED },
    ));

  it('is refused where the credits of a product have too many digits', () => {
    const most = { ...part('m', '999999999999999999', '1', '999999999999999999') };
    const ratedBy = (meters: readonly string[]) =>
      writeRated(usage(), {
        matched: [{ creditProductId: 'p', parts: meters.map((meter) => ({ ...most, meter })), credits: most.credits }],
      });
    expect(readRated(ratedBy(['a']))).toBeDefined();
    expect(readRated(ratedBy(['a', 'b']))).toBeUndefined();
  });

  it('is not believed about the moment: that is read from the time', () =>
    expect(readRated(golden.replace('"time"', '"usedAt":0,"time"'))?.parsed.usage.usedAt).toBe(instant('2023-11-16T18:17:03.979Z')));
});
