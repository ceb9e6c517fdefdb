/** The local stack in words. */
import { isAlive, memoryOf } from './process-identity';
import type { PartState, StackState } from './stack-state';

const DOUBLE_NOTE =
  'The EventStoreDB here is a DOUBLE: a stand-in of our own that speaks its protocol and keeps everything in memory.\n' +
  'It is not EventStoreDB. EVENTSTORE_URL points the stack at a real one.';

const BEGIN_ANEW = 'npm run stack:down && npm run stack:up';

export const runs = ({ kind, process }: PartState): boolean => kind === 'elsewhere' || (process !== undefined && isAlive(process));

/** Whether all that has ended can be started again on its data. */
export const canBeRepaired = ({ parts }: StackState): boolean => parts.every((part) => part.kind !== 'DOUBLE' || runs(part));

/** What has ended, and the remedy. Undefined where all of it runs. */
export function troubleOf(state: StackState): string | undefined {
  const names = state.parts.filter((part) => !runs(part)).map(({ name }) => name);
  if (names.length === 0) return undefined;
  const remedy = canBeRepaired(state)
    ? `npm run stack:up starts ${names.length === 1 ? 'it' : 'them'} again, at the same addresses and on the same data.\n` +
      `${BEGIN_ANEW} begins anew: what Kafka, Redis and the double hold is lost by that.`
    : `The double kept everything in memory: what was in it is lost, and what Kafka and Redis hold no longer fits.\n${BEGIN_ANEW} begins anew, without any of it.`;
  const failure = state.failure === undefined ? '' : `\n\nStarting again was tried and failed:\n${state.failure}`;
  return `The stack is not ready: ${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} ended.\n${remedy}${failure}`;
}

/** A line or more for each part, then what a program needs to use the servers. */
export function shown({ parts }: StackState): string {
  const lines = parts.map((part) => `${part.name.padEnd(14)}${part.kind.padEnd(13)}${conditionOf(part).padEnd(26)}${addressesOf(part)}`);
  const servers = parts.filter(({ kind }) => kind !== 'service');
  const variables = servers.flatMap(({ addresses }) => Object.entries(addresses).map(([name, value]) => `  export ${name}='${value}'`));
  const http = parts.find(({ name }) => name === 'ledger')?.addresses['HTTP'];
  return [
    ...lines,
    ...(variables.length > 0 ? ['', 'For a program that uses the same servers:', ...variables] : []),
    ...(http === undefined ? [] : ['', 'For bin/drawdown:', `  export DRAWDOWN_URL='${http}'`]),
    ...(parts.some(({ kind }) => kind === 'DOUBLE') ? ['', DOUBLE_NOTE] : []),
    '',
  ].join('\n');
}

function conditionOf(part: PartState): string {
  if (part.kind === 'elsewhere') return 'not ours';
  if (!part.process || !runs(part)) return 'ENDED';
  const memory = memoryOf(part.process.pid);
  return `pid ${part.process.pid}${memory === undefined ? '' : `, ${memory} MiB`}`;
}

const addressesOf = ({ addresses, kind }: PartState): string =>
  Object.entries(addresses)
    .map(([name, address]) => (kind === 'service' ? `${name} ${address}` : address))
    .join(', ');
