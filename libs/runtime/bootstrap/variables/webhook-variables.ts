/** Where webhooks may go, and how often they are tried. */
import { CommaList, Variable } from '../config/config';
import { ArrayMaxSize, Matches } from 'class-validator';

const CIDR = /^[0-9a-fA-F:.]+\/\d{1,3}$/;
const SCHEDULE = /^\d+[smh]( \d+[smh])*$/;
const NETWORKS_MAX = 64;

export class WebhookVariables {
  @Variable('Networks that are not public and to which webhooks may go', 'CIDR networks between commas, such as 10.0.0.0/8,127.0.0.0/8')
  @CommaList()
  @ArrayMaxSize(NETWORKS_MAX)
  @Matches(CIDR, { each: true, message: 'must be CIDR networks' })
  WEBHOOK_ALLOWED_NETWORKS: readonly string[] = [];

  @Variable('Waits between the attempts of a webhook', 'waits between spaces, such as "5s 5m 30m 2h"')
  @Matches(SCHEDULE, { message: 'must be waits such as 5s, 5m or 2h' })
  WEBHOOK_SCHEDULE = '5s 5m 30m 2h 5h 10h 14h 20h 24h';
}
