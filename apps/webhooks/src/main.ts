/** Signed callbacks on what happens in the ledger. `--validate` says what the configuration means, and exits. */
import { serve } from '@drawdown/runtime/bootstrap';
import { startWebhooks } from './compose';
import { config, explain, SERVICE } from './config';

serve({ name: SERVICE, config, explain, start: startWebhooks });
