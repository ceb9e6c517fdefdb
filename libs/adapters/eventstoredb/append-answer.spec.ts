import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { AllStreamPosition, StreamIdentifier, UUID, WrongExpectedVersion } from '@eventstore/db-client/generated/shared_pb';
import { Status } from '@eventstore/db-client/generated/status_pb';
import { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb';
import { readAppendAnswer } from './append-answer';

const CORRELATION = '0b9b0ed5-6d3c-4f4d-9f5e-2f1f3b8f0a77';

/** As the server writes it. */
function answerOf(fill: (answer: BatchAppendResp) => void): Uint8Array {
  const id = new UUID();
  id.setString(CORRELATION);
  const stream = new StreamIdentifier();
  stream.setStreamName(Buffer.from('wallet-ann'));
  const answer = new BatchAppendResp();
  answer.setCorrelationId(id);
  answer.setStreamIdentifier(stream);
  answer.setStreamPosition('7');
  fill(answer);
  return answer.serializeBinary();
}

const success = (fill: (success: BatchAppendResp.Success) => void): Uint8Array =>
  answerOf((answer) => {
    const made = new BatchAppendResp.Success();
    fill(made);
    answer.setSuccess(made);
  });

describe('an answer to an append', () => {
  it('has the revision and the position, which may be beyond what a number holds', () =>
    expect(
      readAppendAnswer(
        success((made) => {
          const position = new AllStreamPosition();
          position.setCommitPosition('9007199254740995');
          position.setPreparePosition('3');
          made.setCurrentRevision('300');
          made.setPosition(position);
        }),
      ),
    ).toEqual({ correlation: CORRELATION, error: undefined, success: { revision: 300, position: 9_007_199_254_740_995n } }));

  it('may come without a position', () =>
    expect(
      readAppendAnswer(
        success((made) => {
          made.setCurrentRevision('0');
          made.setNoPosition(new Empty());
        }),
      ).success,
    ).toEqual({ revision: 0, position: undefined }));

  it('brings an error with its details', () => {
    const wrong = new WrongExpectedVersion();
    wrong.setCurrentStreamRevision('9');
    const details = new Any();
    details.pack(wrong.serializeBinary(), 'event_store.client.WrongExpectedVersion');
    const status = new Status();
    status.setMessage('wrong version');
    status.setDetails(details);
    const { success: none, error } = readAppendAnswer(answerOf((answer) => answer.setError(status)));
    expect(none).toBeUndefined();
    expect(error?.getMessage()).toBe('wrong version');
    expect(
      error
        ?.getDetails()
        ?.unpack(WrongExpectedVersion.deserializeBinary, 'event_store.client.WrongExpectedVersion')
        ?.getCurrentStreamRevision(),
    ).toBe('9');
  });
});
