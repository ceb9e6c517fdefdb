/** Which endpoints want which type: an event costs only those that it goes to, however many there are. */
import type { WebhookMessage } from '../delivery/message';
import { WEBHOOK_TYPES, type WebhookType } from '../delivery/webhook-types';

interface Subscriber {
  readonly stream: string;
  wants(type: WebhookType): boolean;
}

export class Subscribers<S extends Subscriber = Subscriber> {
  private readonly byType = new Map<WebhookType, Set<S>>(WEBHOOK_TYPES.map((type) => [type, new Set()]));
  private readonly byStream = new Map<string, S>();

  add(subscriber: S): void {
    this.byStream.set(subscriber.stream, subscriber);
    for (const [type, set] of this.byType) if (subscriber.wants(type)) set.add(subscriber);
  }

  remove(subscriber: S): void {
    this.byStream.delete(subscriber.stream);
    for (const set of this.byType.values()) set.delete(subscriber);
  }

  wanted = (type: WebhookType): boolean => (this.byType.get(type)?.size ?? 0) > 0;

  /** Everyone who wants one of the messages, once, and the endpoint whose own stream the event is in. */
  wanting(messages: readonly WebhookMessage[], stream: string): Iterable<S> {
    const own = this.byStream.get(stream);
    const [first, ...others] = messages.map(({ type }) => this.byType.get(type) ?? new Set<S>());
    if (!first) return [];
    if (others.length === 0 && !own) return first;
    return new Set([first, ...others].flatMap((set) => [...set]).concat(own ? [own] : []));
  }
}
