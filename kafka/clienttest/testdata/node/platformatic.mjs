// Produces, reads in a group and administrates with @platformatic/kafka; ends with an error if anything is not as it should be.
import assert from 'node:assert'
import { Admin, Consumer, Producer, ProduceAcks, MessagesStreamModes, stringSerializers, stringDeserializers } from '@platformatic/kafka'

const bootstrapBrokers = [process.argv[2]]
const topic = 'platformatic'

const admin = new Admin({ clientId: 'smoke', bootstrapBrokers })
await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 })
assert((await admin.listTopics()).includes(topic))

const producer = new Producer({ clientId: 'smoke', bootstrapBrokers, serializers: stringSerializers })
const want = []
for (const compression of ['none', 'gzip', 'lz4', 'snappy']) {
  const messages = Array.from({ length: 100 }, (_, i) => ({ topic, key: `k${i}`, value: `${compression} ${i}`, headers: { from: 'platformatic' } }))
  want.push(...messages.map(m => `${m.key} ${m.value}`))
  await producer.send({ messages, compression, acks: ProduceAcks.ALL })
}
await producer.close()

const consumer = new Consumer({ clientId: 'smoke', groupId: 'readers', bootstrapBrokers, deserializers: stringDeserializers, autocommit: false, sessionTimeout: 6000, heartbeatInterval: 500, rebalanceTimeout: 6000 })
const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST })
const got = []
for await (const message of stream) {
  assert.equal(message.headers.get('from'), 'platformatic')
  got.push(`${message.key} ${message.value}`)
  await message.commit()
  if (got.length === want.length) break
}
assert.deepEqual(got.sort(), want.sort())
await consumer.close(true)

assert((await admin.listGroups()).has('readers'))
await admin.deleteGroups({ groups: ['readers'] })
await admin.deleteTopics({ topics: [topic] })
await admin.close()
console.log('ok')
