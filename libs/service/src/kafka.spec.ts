import { consumerGroup } from './kafka';

describe('the consumer group of a service', () => {
  it('has its name in it, so that one environment for all services gives each a group of its own', () => {
    expect(consumerGroup({ KAFKA_GROUP: '' }, 'ledger')).toBe('drawdown-ledger');
    expect(consumerGroup({ KAFKA_GROUP: 'eu' }, 'ingestion')).toBe('eu-ingestion');
    expect(consumerGroup({ KAFKA_GROUP: 'drawdown-ledger' }, 'ingestion')).not.toBe(consumerGroup({ KAFKA_GROUP: '' }, 'ledger'));
  });
});
