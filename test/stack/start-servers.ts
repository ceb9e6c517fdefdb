import { startServers } from './run-of-servers';

export default startServers;
