import { type PrecedenceCase, precedenceProofs, unpaired } from './precedence';

type Code = 'closed' | 'too_small' | 'too_large';
const ORDER: readonly Code[] = ['closed', 'too_small', 'too_large'];
interface Request {
  readonly open: boolean;
  readonly size: number;
}

const honest = ({ open, size }: Request): Code | undefined =>
  !open ? 'closed' : size < 1 ? 'too_small' : size > 9 ? 'too_large' : undefined;
const wrongWayRound = ({ open, size }: Request): Code | undefined =>
  size < 1 ? 'too_small' : size > 9 ? 'too_large' : !open ? 'closed' : undefined;

const proofsOf = (changes: Partial<PrecedenceCase<Code, Request>>) =>
  precedenceProofs(ORDER, {
    name: 'a request',
    situation: { open: true, size: 5 },
    refusalOf: honest,
    objections: [
      ['closed', (request) => ({ ...request, open: false })],
      ['too_small', (request) => ({ ...request, size: 0 })],
      ['too_large', (request) => ({ ...request, size: 10 })],
    ],
    apart: [['too_small', 'too_large']],
    ...changes,
  });

describe('the proofs of an order of precedence', () => {
  it('are one for each pair that can apply at once', () =>
    expect(proofsOf({}).map(({ name }) => name)).toEqual(['a request: closed before too_small', 'a request: closed before too_large']));

  it('hold where the earlier refusal wins', () => proofsOf({}).forEach(({ prove }) => prove()));

  it('fail where the later one wins', () => {
    for (const { prove } of proofsOf({ refusalOf: wrongWayRound })) expect(prove).toThrow('both at once');
  });

  it('fail where one of the two does not apply', () => {
    const objections = [
      ['closed', (request: Request) => ({ ...request, open: false })],
      ['too_small', (request: Request) => request],
    ] as const;
    for (const { prove } of proofsOf({ objections })) expect(prove).toThrow('the later alone');
  });

  it('cannot be made of objections in another order than the set', () =>
    expect(() =>
      proofsOf({
        objections: [
          ['too_large', (request) => request],
          ['closed', (request) => request],
        ],
      }),
    ).toThrow('not in the order of the set'));

  it('tell which refusals of the set they are not about', () => {
    expect(unpaired(ORDER, proofsOf({}))).toEqual([]);
    expect(
      unpaired(
        ORDER,
        proofsOf({
          apart: [
            ['closed', 'too_large'],
            ['too_small', 'too_large'],
          ],
        }),
      ),
    ).toEqual(['too_large']);
  });
});
