/** Commands and rated usage become events and balances. `--validate` says what the configuration means, and exits. */
import { serve } from '@drawdown/runtime/bootstrap';
import { startLedger } from './compose';
import { config, explain, SERVICE } from './config';

serve({ name: SERVICE, config, explain, start: startLedger });
