/** What the steps of the demo share: the service, the inbox, the books, and how they speak to whoever watches. */
import type { Message } from '@drawdown/api/contract';
import { Failure } from '../exit-codes';
import type { Invocation } from '../invocation';
import type { Service } from '../service/service';
import { text, within } from '../rendering/fields';
import { Books } from './books';
import { HOLDINGS } from './holdings';
import { Inbox, type Landed } from './inbox';

/** A webhook in one line: what, whose, and which line was left upwards. Also how the demo knows which ones must come. */
export function webhookLine(payload: Message): string {
  const data = within(payload, 'data');
  const from = text(payload, 'type').endsWith('.recovered') ? ` ${text(data, 'from')}` : '';
  return [`${text(payload, 'type')}${from}`, text(data, 'customer_id'), text(data, 'credit_product_id')].filter(Boolean).join('  ');
}

export class Scene {
  readonly books = new Books(HOLDINGS);
  readonly inbox = new Inbox((landed) => this.show(landed));
  /** Every webhook that must land, once each. */
  readonly expected: string[] = [];

  constructor(
    readonly call: Invocation,
    readonly service: Service,
  ) {}

  step(number: number, title: string): void {
    this.call.print('');
    this.call.print(this.call.colors.bold(`${number}. ${title}`));
  }

  say(line: string): void {
    for (const part of line.split('\n')) this.call.print(`   ${part}`.trimEnd());
  }

  /** @throws Failure: the demo shows nothing that is not so. */
  insist(holds: boolean, otherwise: string): asserts holds {
    if (!holds) throw new Failure(`The demo did not come out as it must: ${otherwise}`);
  }

  private show({ payload, wrong }: Landed): void {
    const { green, red } = this.call.colors;
    this.say(
      wrong === undefined
        ? `${green('<- webhook, signature verified:')} ${webhookLine(payload)}`
        : red(`<- webhook, NOT VERIFIED: ${wrong}`),
    );
  }
}
