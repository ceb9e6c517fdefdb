/** The local stack in words. */
import { isAlive, memoryOf } from './process-identity';
import type { PartState, StackState } from './stack-state';

const DOUBLE_NOTE =
  'The EventStoreDB here is a DOUBLE: a stand-in of our own that speaks its protocol and keeps everything in memory.\n' +
  'It is not EventStoreDB. EVENTSTORE_URL points the stack at a real one.';

export const runs = ({ process }: PartState): boolean => process === undefined || isAlive(process);

/** A line or more for each part, then what a program needs to use the servers. */
export function shown({ parts }: StackState): string {
  const lines = parts.map((part) => `${part.name.padEnd(14)}${part.kind.padEnd(13)}${conditionOf(part).padEnd(26)}${addressesOf(part)}`);
  const servers = parts.filter(({ kind }) => kind !== 'service');
  const variables = servers.flatMap(({ addresses }) => Object.entries(addresses).map(([name, value]) => `  export ${name}='${value}'`));
  return [
    ...lines,
    ...(variables.length > 0 ? ['', 'For a program that uses the same servers:', ...variables] : []),
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
