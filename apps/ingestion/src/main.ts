/** Usage events from Kafka, rated and passed on to the ledger. `--validate` says what the configuration means, and exits. */
import { serve } from '@drawdown/runtime/bootstrap';
import { startIngestion } from './compose';
import { config, explain, SERVICE } from './config';

serve({ name: SERVICE, config, explain, start: startIngestion });
