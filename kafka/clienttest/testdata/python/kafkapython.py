"""Produces, reads in a group and administrates with kafka-python; ends with an error if anything is not as it should be."""
import sys
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

servers, topic = sys.argv[1], "kafkapython"
admin = KafkaAdminClient(bootstrap_servers=servers)
admin.create_topics([NewTopic(topic, 3, 1)])
assert topic in admin.list_topics()

want = []
for codec in [None, "gzip"]:
    producer = KafkaProducer(bootstrap_servers=servers, compression_type=codec, acks="all")
    sent = []
    for i in range(100):
        want.append(("k%d" % i, "%s %d" % (codec, i)))
        sent.append(producer.send(topic, key=want[-1][0].encode(), value=want[-1][1].encode(), headers=[("from", b"python")]))
    for s in sent:
        s.get(30)
    producer.close()

consumer = KafkaConsumer(topic, bootstrap_servers=servers, group_id="readers", auto_offset_reset="earliest", enable_auto_commit=False,
                         session_timeout_ms=6000, heartbeat_interval_ms=500, consumer_timeout_ms=30000)
got = []
for message in consumer:
    assert [tuple(h) for h in message.headers] == [("from", b"python")], message.headers
    got.append((message.key.decode(), message.value.decode()))
    if len(got) == len(want):
        break
assert sorted(got) == sorted(want), "%d of %d" % (len(got), len(want))
consumer.commit()
assert sum(consumer.committed(p) or 0 for p in consumer.assignment()) == len(want)
consumer.close()

admin.delete_topics([topic])
admin.close()
print("ok")
