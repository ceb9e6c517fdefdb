import { AllStreamPosition, Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { readAnswer } from './read-answer';

interface EventSpec {
  readonly stream?: string;
  readonly type?: string;
  readonly position?: string;
}

/** As the client's own classes write it. */
function answerWith({ stream = 'wallet-ann', type = 'WalletToppedUp', position = '9007199254740995' }: EventSpec = {}): Uint8Array {
  const id = new UUID();
  id.setString('6f1a2c1e-0d0b-4d3a-9a55-0f8f0f6a7b11');
  const name = new StreamIdentifier();
  name.setStreamName(Buffer.from(stream));
  const event = new ReadResp.ReadEvent.RecordedEvent();
  event.setId(id);
  event.setStreamIdentifier(name);
  event.setStreamRevision('7');
  event.setPreparePosition('3');
  event.setCommitPosition(position);
  event.getMetadataMap().set('type', type).set('content-type', 'application/json').set('created', '17672256000001234');
  event.setCustomMetadata(Buffer.from('{"chain":"é"}'));
  event.setData(Buffer.from('{"a":"日本"}'));
  const read = new ReadResp.ReadEvent();
  read.setEvent(event);
  read.setCommitPosition(position);
  const answer = new ReadResp();
  answer.setEvent(read);
  return answer.serializeBinary();
}

const answerOf = (fill: (answer: ReadResp) => void): Uint8Array => {
  const answer = new ReadResp();
  fill(answer);
  return answer.serializeBinary();
};

describe('an answer that brings an event', () => {
  it('is read to the letter, positions beyond what a number holds too', () => {
    expect(readAnswer(answerWith())).toEqual({
      confirmed: false,
      fault: undefined,
      received: {
        position: 9_007_199_254_740_995n,
        bytes: Buffer.byteLength('{"chain":"é"}{"a":"日本"}'),
        event: {
          id: '6f1a2c1e-0d0b-4d3a-9a55-0f8f0f6a7b11',
          type: 'WalletToppedUp',
          data: '{"a":"日本"}',
          metadata: '{"chain":"é"}',
          stream: 'wallet-ann',
          revision: 7,
          position: 9_007_199_254_740_995n,
          recordedAt: 1_767_225_600_000,
        },
      },
    });
  });

  it.each([{ stream: '$settings' }, { type: '$metadata' }])('is one of the server itself: %j', (spec) => {
    expect(readAnswer(answerWith(spec)).received).toMatchObject({ position: 9_007_199_254_740_995n, event: undefined });
  });

  it('is of no use without its position, and says which server is needed', () => {
    expect(readAnswer(answerWith({ position: '18446744073709551615' })).fault).toMatchObject({
      code: 'log_not_supported',
      retriable: false,
      message: expect.stringContaining('22.10 or later') as string,
    });
  });

  it('is what came first where fields come that nobody knows yet', () => {
    const known = answerWith();
    expect(readAnswer(Buffer.concat([Buffer.from([0x9a, 0x06, 3, 1, 2, 3]), known, Buffer.from([0xa0, 0x06, 5])]))).toEqual(
      readAnswer(known),
    );
  });
});

it('brings no event when it only says how far the server is, or that it has begun', () => {
  const position = new AllStreamPosition();
  position.setCommitPosition('5');
  const nothing = { confirmed: false, received: undefined, fault: undefined };
  expect(readAnswer(answerOf((answer) => answer.setLastAllStreamPosition(position)))).toEqual(nothing);
  expect(readAnswer(answerOf((answer) => answer.setFirstStreamPosition('5')))).toEqual(nothing);
  expect(readAnswer(answerOf((answer) => answer.setCheckpoint(new ReadResp.Checkpoint())))).toEqual(nothing);
  expect(readAnswer(answerOf((answer) => answer.setConfirmation(new ReadResp.SubscriptionConfirmation())))).toEqual({
    ...nothing,
    confirmed: true,
  });
  expect(readAnswer(new Empty().serializeBinary())).toEqual(nothing);
});

it('is refused when it is cut short', () => {
  const bytes = answerWith();
  expect(() => readAnswer(bytes.subarray(0, bytes.length - 3))).toThrow(RangeError);
});
