/**
 * The test of a set of refusals that claims an order of precedence: of two refusals that apply at once, the earlier is given.
 *
 * A case is a situation that is accepted, and the objections that can be raised in it. Every pair of its objections is a proof, unless the
 * case says that the two cannot apply at once. `unpaired` lists the refusals of the set that no proof is about.
 */
import { deepStrictEqual, ok } from 'node:assert/strict';

export interface PrecedenceCase<Code extends string, Situation> {
  readonly name: string;
  readonly situation: Situation;
  readonly refusalOf: (situation: Situation) => Code | undefined;
  /** In order of precedence: the refusal, and how the situation becomes one that is refused with it. */
  readonly objections: readonly (readonly [code: Code, raise: (situation: Situation) => Situation])[];
  /** Pairs that cannot apply at once, the earlier first. */
  readonly apart?: readonly (readonly [earlier: Code, later: Code])[];
}

interface PrecedenceProof<Code extends string> {
  readonly name: string;
  readonly codes: readonly [earlier: Code, later: Code];
  /** @throws AssertionError the earlier refusal does not win, or one of the two does not apply alone */
  prove(): void;
}

/** @param order every refusal of the set, in the order that it claims */
export function precedenceProofs<Code extends string, Situation>(
  order: readonly Code[],
  { name, situation, refusalOf, objections, apart = [] }: PrecedenceCase<Code, Situation>,
): readonly PrecedenceProof<Code>[] {
  const places = objections.map(([code]) => order.indexOf(code));
  ok(
    places.every((place, i) => place > (places[i - 1] ?? -1)),
    `the objections of ${name} are not in the order of the set`,
  );
  return objections.flatMap(([earlier, raiseEarlier], i) =>
    objections
      .slice(i + 1)
      .filter(([later]) => !apart.some(([a, b]) => a === earlier && b === later))
      .map(([later, raiseLater]) => ({
        name: `${name}: ${earlier} before ${later}`,
        codes: [earlier, later] as const,
        prove: () => {
          deepStrictEqual(refusalOf(situation), undefined, 'the situation itself');
          deepStrictEqual(refusalOf(raiseEarlier(situation)), earlier, 'the earlier alone');
          deepStrictEqual(refusalOf(raiseLater(situation)), later, 'the later alone');
          deepStrictEqual(refusalOf(raiseEarlier(raiseLater(situation))), earlier, 'both at once');
        },
      })),
  );
}

export const unpaired = <Code extends string>(order: readonly Code[], proofs: readonly PrecedenceProof<Code>[]): readonly Code[] =>
  order.filter((code) => !proofs.some(({ codes }) => codes.includes(code)));
