/** How far a service's projections have processed the log, as the service reports it. */
import { HttpClient } from './http-client';
import { until, WAIT_MS_MAX } from '../waiting';

interface Status {
  readonly log_position: string;
  readonly projected_position: string;
}

/** What others have appended is listed by a ledger when it has met it: it follows the log, moments behind. */
export async function readToEnd(name: string, url: string, withinMs = WAIT_MS_MAX): Promise<void> {
  const http = new HttpClient(url);
  let last = 'nothing known';
  try {
    await until(
      `${name} to have met the log to its end`,
      async () => {
        try {
          const { log_position: end, projected_position: processed } = await http.get<Status>('/v1/operations/status');
          last = `met to ${processed} of ${end}`;
          return BigInt(processed) >= BigInt(end);
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
