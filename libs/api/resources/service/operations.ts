/** For operators: check the ledger, rebuild derived state, show the status. */
import { streamNames } from '@drawdown/engine/read-models';
import type { RequestOf, ResponseOf, VerifyFinding } from '@drawdown/api/contract';
import { formatInstant } from '@drawdown/domain/amounts';
import { Fault, readToEnd } from '@drawdown/engine/event-store';
import { type Finding, type FindingKind, verify, type VerifyStep } from '@drawdown/engine/audit';
import { readRequest } from '../request/fields';
import type { Context, Handlers } from '../operation';
import type { ApiParts } from '../parts';

/** The invariant that a finding breaks, by its id in docs/reliability.md. */
const INVARIANTS: { readonly [Kind in FindingKind]: string } = {
  doubled: 'I2',
  conservation: 'I3',
  revision: 'I5',
  projection: 'I6',
  index: 'I6',
  chain: 'I10',
  unreadable: 'I10',
  corrupt: 'I10',
};

/** Derived state was deleted during a check. Missing documents mean nothing then. Earlier findings stand. */
export class VerificationInterrupted extends Fault {
  constructor() {
    super('verification_interrupted', 'derived state was rebuilt meanwhile, so the check could not come to its end; verify again', true);
  }
}

export function operatorOperations(parts: ApiParts): Pick<Handlers, 'VerifyLedger' | 'RebuildProjections' | 'GetStatus'> {
  // Two rebuilds at the same time would delete the work of each other.
  let rebuilding: Promise<unknown> = Promise.resolve();
  let rebuilds = 0;
  /** The unreadable place that the last check or rebuild found in the log. Most of the log is readable, so the service goes on. */
  let damage: string | undefined;
  return {
    VerifyLedger: (request, context) =>
      verification(
        parts,
        readHeadsAt(request),
        context,
        () => rebuilds,
        (found) => (damage = found),
      ),

    async RebuildProjections() {
      const mine = rebuilding.then(() =>
        rebuild(
          parts,
          () => (rebuilds += 1),
          (found) => (damage = found),
        ),
      );
      rebuilding = mine.catch(() => undefined);
      return mine;
    },

    GetStatus: () => status(parts, damage),
  };
}

/** A rebuild does not wait for a check. A check takes long, and its length depends on the reader of its reports. */
async function* verification(
  parts: ApiParts,
  headsAt: { readonly headsAt?: bigint },
  { signal }: Context,
  rebuildsBegun: () => number,
  damaged: (found: string | undefined) => void,
): AsyncGenerator<ResponseOf<'VerifyLedger'>> {
  const began = parts.clock();
  let damage: string | undefined;
  while (parts.ledger.busy) await parts.ledger.busy;
  const before = rebuildsBegun();
  // If nothing can be saved, the check still compares the documents that were saved before.
  await parts.projector.save().catch(() => undefined);
  for await (const step of verify({ ...parts, ...headsAt, windowMs: parts.ledger.states.keys.windowMs })) {
    if (signal.aborted) return;
    if (rebuildsBegun() !== before) throw new VerificationInterrupted();
    if (step.kind === 'finding' && step.finding.kind === 'corrupt') damaged((damage ??= step.finding.detail));
    if (step.kind === 'summary') damaged(damage);
    yield reportMessage(step, () => parts.clock() - began);
  }
}

const POSITION_DIGITS_MAX = 19;

function readHeadsAt(request: RequestOf<'VerifyLedger'>): { readonly headsAt?: bigint } {
  const text = readRequest(request, (from) => {
    const said = from.optionalText('heads_at', POSITION_DIGITS_MAX);
    if (said !== undefined && !/^(-1|\d+)$/.test(said))
      from.violation('heads_at', 'is no position', 'give the position that an earlier check returned');
    return said;
  });
  return text === undefined ? {} : { headsAt: BigInt(text) };
}

/** A step of `verify` as a VerifyLedgerResponse: for the service, and for a check without one. */
export function reportMessage(step: VerifyStep, durationMs: () => number): ResponseOf<'VerifyLedger'> {
  switch (step.kind) {
    case 'progress':
      return { progress: { events: step.events, streams: step.streams } };
    case 'finding':
      return { finding: findingMessage(step.finding) };
    case 'summary': {
      const { events, streams, balances, findings, heads, position } = step.summary;
      return {
        summary: {
          valid: findings === 0,
          events,
          streams,
          balances,
          findings,
          duration_ms: durationMs(),
          heads,
          position: String(position),
        },
      };
    }
  }
}

const findingMessage = ({ kind, stream, revision, detail }: Finding): VerifyFinding => ({
  invariant: INVARIANTS[kind],
  stream,
  revision,
  detail,
});

/** Usage first, then commands and reads: usage waits in its queue, and a round that has begun still needs the commands' gate. */
async function rebuild(
  { log, intake, ledger, projector, projections, streamDefinitions, clock }: ApiParts,
  begins: () => void,
  damaged: (found: string | undefined) => void,
): Promise<ResponseOf<'RebuildProjections'>> {
  const began = clock();
  // Before the pause: it takes longer than a caller should wait.
  await readToEnd(log).catch((fault: unknown) => {
    if (fault instanceof Fault && !fault.retriable) damaged(fault.message);
    throw fault;
  });
  return intake.pausedWhile(() =>
    ledger.alone(async () => {
      begins();
      const events = await projector.rebuild();
      let documents = 0;
      for (const { category } of streamDefinitions)
        for await (const _ of streamNames({ projector, projections }, `${category}-`)) documents += 1;
      return { events, documents, duration_ms: clock() - began };
    }),
  );
}

async function status(
  { log, projector, clock, service, rehearsal }: ApiParts,
  damage: string | undefined,
): Promise<ResponseOf<'GetStatus'>> {
  const head = await log.head().catch((fault: unknown) => fault);
  const parts = [
    typeof head === 'bigint'
      ? ready('log', damage === undefined ? 'reads and appends' : `reads and appends where it can: ${damage}`)
      : unready('log', head),
    projector.failure === undefined ? ready('projections', 'saved') : unready('projections', projector.failure),
    ...(rehearsal ? [ready('test_clock', 'the time is that of a test clock: it stands still until it is moved on')] : []),
  ];
  const draining = service?.draining() ?? false;
  return {
    version: service?.version ?? '',
    started_at: service && formatInstant(service.startedAt),
    ready: !draining && parts.every((part) => part.ready),
    draining,
    parts,
    log_position: typeof head === 'bigint' ? String(head) : '',
    projected_position: String(projector.position),
    as_of: formatInstant(clock()),
  };
}

const ready = (name: string, detail: string) => ({ name, ready: true, detail });
const unready = (name: string, fault: unknown) => ({ name, ready: false, detail: fault instanceof Error ? fault.message : String(fault) });
