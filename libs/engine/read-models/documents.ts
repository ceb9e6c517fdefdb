/** Lists of documents of derived state. A list is refused while derived state is being made anew, because it would lack some. */
import type { Document, ListOptions, Projections } from '@drawdown/engine/derived-state';
import { DerivedStateIncomplete } from '@drawdown/engine/event-store';
import type { Projector } from './projector';

const DOCUMENTS_PER_READ = 500;

export interface DocumentReader {
  readonly projector: Pick<Projector, 'isWhole'>;
  readonly projections: Pick<Projections, 'list'>;
}

/** Asks before and after the read: derived state may be lost, and made anew, in the middle of it. @throws DerivedStateIncomplete */
export async function listComplete({ projector, projections }: DocumentReader, options: ListOptions): Promise<readonly Document[]> {
  if (!projector.isWhole) throw new DerivedStateIncomplete();
  const documents = await projections.list(options);
  if (!projector.isWhole) throw new DerivedStateIncomplete();
  return documents;
}

/** Names of all streams of a prefix, to its end. */
export async function* streamNames(reader: DocumentReader, prefix: string): AsyncGenerator<string> {
  for await (const { stream } of allDocuments(reader, prefix)) yield stream;
}

/** Documents of all streams of a prefix, to its end: it never holds more than one read of them. */
export async function* allDocuments(reader: DocumentReader, prefix: string): AsyncGenerator<Document> {
  for (let after: string | undefined; ;) {
    const documents = await listComplete(reader, { prefix, limit: DOCUMENTS_PER_READ, ...(after !== undefined && { after }) });
    yield* documents;
    after = documents.at(-1)?.stream;
    if (documents.length < DOCUMENTS_PER_READ) return;
  }
}
