/** The listener for metrics and probes. */
import { Variable, WholeNumber } from '../config/config';
import { IsInt, IsNotEmpty, IsString, Max, Min } from 'class-validator';

/** A port for each service, so that all of them can run on one machine as they are. */
export const OPS_PORTS = { standalone: 9464, ingestion: 9465, ledger: 9466, webhooks: 9467 } as const;

export const PORT_MAX = 65_535;

export class OpsVariables {
  @Variable(
    'Address of /metrics, /livez and /readyz. They show figures and nothing of a customer',
    'an IP address or host name, such as 127.0.0.1',
  )
  @IsString()
  @IsNotEmpty()
  OPS_HOST = '127.0.0.1';

  @Variable(
    'Their port; 0 takes a free one. Empty for 9464 (standalone), 9465 (ingestion), 9466 (ledger), 9467 (webhooks)',
    'a port from 0 to 65535',
  )
  @WholeNumber()
  @IsInt()
  @Min(0)
  @Max(PORT_MAX)
  OPS_PORT: number = OPS_PORTS.standalone;
}
