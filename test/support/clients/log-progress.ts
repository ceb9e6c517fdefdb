/** How far a service that carries out commands has met the log, as it tells it itself. */
import { HttpClient } from './http-client';
import { until, WAIT_MS_MAX } from '../waiting';

interface Status {
  readonly log_position: string;
  readonly projected_position: string;
}

/** What others have appended is listed by a ledger when it has met it: it follows the log, moments behind. */
export async function metToTheEnd(name: string, url: string, withinMs = WAIT_MS_MAX): Promise<void> {
  const http = new HttpClient(url);
  let last = 'nothing known';
  try {
    await until(
      `${name} to have met the log to its end`,
      async () => {
        try {
          const { log_position: end, projected_position: met } = await http.get<Status>('/v1/operations/status');
          last = `met to ${met} of ${end}`;
          return BigInt(met) >= BigInt(end);
        } catch (error) {
          last = String(error);
          return false;
        }
      },
      withinMs,
    );
  } catch (error) {
    throw new Error(`${String(error)}: ${last}`, { cause: error });
  } finally {
    await http.close();
  }
}
