// Produces, reads in a group and administrates with KafkaJS; ends with an error if anything is not as it should be.
import assert from 'node:assert'
import kafkajs from 'kafkajs'

const { Kafka, CompressionTypes, ConfigResourceTypes, logLevel } = kafkajs
const kafka = new Kafka({ clientId: 'smoke', brokers: [process.argv[2]], logLevel: logLevel.WARN })
const topic = 'kafkajs'

const admin = kafka.admin()
await admin.connect()
assert(await admin.createTopics({ topics: [{ topic, numPartitions: 3, configEntries: [{ name: 'retention.ms', value: '86400000' }] }] }))
await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] })
const { topics: [described] } = await admin.fetchTopicMetadata({ topics: [topic] })
assert.equal(described.partitions.length, 4)
const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }] })
assert.equal(resources[0].configEntries[0].configValue, '86400000')

const producer = kafka.producer({ idempotent: true })
await producer.connect()
const want = []
for (const [compression, name] of [[CompressionTypes.None, 'none'], [CompressionTypes.GZIP, 'gzip']]) {
  const messages = Array.from({ length: 100 }, (_, i) => ({ key: `k${i}`, value: `${name} ${i}`, headers: { from: 'kafkajs' } }))
  want.push(...messages.map(m => `${m.key} ${m.value}`))
  await producer.send({ topic, compression, messages })
}
await producer.disconnect()

const read = async (count) => {
  const consumer = kafka.consumer({ groupId: 'readers', sessionTimeout: 6000, heartbeatInterval: 500 })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  const got = []
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
    consumer.run({
      eachMessage: async ({ message }) => {
        assert.equal(message.headers.from.toString(), 'kafkajs')
        got.push(`${message.key} ${message.value}`)
        if (got.length === count) resolve()
      },
    })
  })
  await consumer.disconnect()
  return got.sort()
}
assert.deepEqual(await read(want.length), want.sort())

// What the group has read is committed.
const committed = await admin.fetchOffsets({ groupId: 'readers', topics: [topic] })
assert.equal(committed[0].partitions.reduce((sum, p) => sum + Math.max(0, Number(p.offset)), 0), want.length)
await admin.deleteGroups(['readers'])
await admin.deleteTopics({ topics: [topic] })
assert(!(await admin.listTopics()).includes(topic))
await admin.disconnect()
console.log('ok')
