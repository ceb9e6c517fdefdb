import { stopServers } from './run-of-servers';

export default stopServers;
