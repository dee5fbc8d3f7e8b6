"""Produces, reads in a group and administrates with confluent_kafka; ends with an error if anything is not as it should be."""
import sys
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

servers, topic = sys.argv[1], "confluent"
admin = AdminClient({"bootstrap.servers": servers})
admin.create_topics([NewTopic(topic, 3, 1, config={"retention.ms": "86400000"})])[topic].result(30)
admin.create_partitions([NewPartitions(topic, 4)])[topic].result(30)
assert len(admin.list_topics(topic, timeout=30).topics[topic].partitions) == 4
resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
configs = admin.describe_configs([resource])[resource].result(30)
assert configs["retention.ms"].value == "86400000", configs["retention.ms"]

want, failed = [], []
for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
    producer = Producer({"bootstrap.servers": servers, "compression.type": codec, "enable.idempotence": True, "acks": "all"})
    for i in range(100):
        want.append(("k%d" % i, "%s %d" % (codec, i)))
        producer.produce(topic, key=want[-1][0], value=want[-1][1], headers=[("from", b"python")],
                         on_delivery=lambda err, _: err and failed.append(err))
    assert producer.flush(30) == 0
assert not failed, failed

consumer = Consumer({"bootstrap.servers": servers, "group.id": "readers", "auto.offset.reset": "earliest",
                     "session.timeout.ms": 6000, "enable.auto.commit": False})
consumer.subscribe([topic])
got = []
while len(got) < len(want):
    message = consumer.poll(30)
    assert message is not None, "no message after %d of %d" % (len(got), len(want))
    assert not message.error(), message.error()
    assert message.headers() == [("from", b"python")], message.headers()
    got.append((message.key().decode(), message.value().decode()))
consumer.commit(asynchronous=False)
committed = consumer.committed(consumer.assignment(), timeout=30)
assert sum(max(0, p.offset) for p in committed) == len(want), committed
consumer.close()
assert sorted(got) == sorted(want)

assert "readers" in [g.id for g in admin.list_groups(timeout=30)]
admin.delete_topics([topic])[topic].result(30)
print("ok")
