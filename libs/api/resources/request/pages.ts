/** Pages of lists. A token holds the place where the page before ended, and no count, so later entries do not move a page. */
import type { Document } from '@drawdown/engine/derived-state';
import { listComplete } from '@drawdown/engine/read-models';
import type { Aggregate, AggregateTypes } from '@drawdown/domain/decider';
import { streamDefinitionOf, stateOf } from '@drawdown/engine/event-store';
import { Refused } from '@drawdown/api/errors';
import type { ApiParts } from '../parts';

/** Documents that one page looks through for those that pass its filters. A page may be short and still have a next one. */
const DOCUMENTS_SCANNED_PER_PAGE_MAX = 5_000;
const DOCUMENTS_PER_READ = 500;

interface Page {
  readonly size: number;
  readonly token: string | undefined;
}

/** @param list the list and its filters: a token is valid for the same list only */
export const pageToken = (list: string, after: string): string => Buffer.from(JSON.stringify([list, after])).toString('base64url');

/** @throws Refused page_token_invalid */
function afterToken(list: string, token: string): string {
  const [about, after] = contentOf(token);
  if (about !== list || typeof after !== 'string') throw new Refused({ code: 'page_token_invalid' });
  return after;
}

/** The number at which the page begins: that of its token, or `first` without one. @throws Refused page_token_invalid */
export function pageStart(list: string, { token }: Page, first: number): number {
  const text = token === undefined ? String(first) : afterToken(list, token);
  if (!/^\d{1,15}$/.test(text)) throw new Refused({ code: 'page_token_invalid' });
  return Number(text);
}

function contentOf(token: string): readonly unknown[] {
  try {
    const content: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(content) ? content : [];
  } catch {
    return [];
  }
}

interface ListedPage<Item> {
  readonly items: readonly Item[];
  /** Empty on the last page. */
  readonly next: string;
}

interface Listing<Item> {
  readonly prefix: string;
  /** All filters of the list besides the prefix. */
  readonly filters?: readonly unknown[];
  /** Undefined: not in the list. */
  readonly show: (document: Document) => Item | undefined | Promise<Item | undefined>;
}

/** A page of documents in order of stream name, everything included that was recorded before the question. */
export async function listDocuments<Item extends object>(
  { ledger, projector, projections }: Pick<ApiParts, 'ledger' | 'projector' | 'projections'>,
  { size, token }: Page,
  { prefix, filters = [], show }: Listing<Item>,
): Promise<ListedPage<Item>> {
  const list = JSON.stringify([prefix, ...filters]);
  let after = token === undefined ? undefined : afterToken(list, token);
  while (ledger.busy) await ledger.busy;
  await projector.save();
  const items: Item[] = [];
  for (let scanned = 0; ;) {
    const limit = Math.min(DOCUMENTS_PER_READ, size + 1);
    const documents = await listComplete({ projector, projections }, { prefix, limit, ...(after !== undefined && { after }) });
    for (const document of documents) {
      const item = await show(document);
      // One more item than the page takes, so the next page begins here.
      if (item && items.length === size) return { items, next: pageToken(list, after ?? '') };
      if (item) items.push(item);
      after = document.stream;
      scanned += 1;
    }
    if (documents.length < limit) return { items, next: '' };
    if (scanned >= DOCUMENTS_SCANNED_PER_PAGE_MAX) return { items, next: pageToken(list, after ?? '') };
  }
}

/** The state in a document; folded anew when another version of the program wrote it. */
export async function stateIn<T extends AggregateTypes>(
  { ledger }: Pick<ApiParts, 'ledger'>,
  aggregate: Aggregate<T>,
  document: Document,
): Promise<T['state']> {
  // The definition of the aggregate read it, so it is a state of the aggregate: the definition erases the type.
  return stateOf(streamDefinitionOf(aggregate), document) ?? (await ledger.load(aggregate, document.stream)).state;
}
