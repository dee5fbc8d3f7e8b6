import java.time.Duration;
import java.util.*;
import java.util.concurrent.ExecutionException;
import java.util.stream.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.serialization.*;

/** Produces, uses transactions, reads in a group and administrates with Java's client; ends with an error if anything is not as it should be. */
public class Smoke {
    static String servers;

    public static void main(String[] args) throws Exception {
        servers = args[0];
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            administrate(admin);
            List<String> want = produce();
            same("read", want, read("readers", want.size(), Map.of()));
            long committed = admin.listConsumerGroupOffsets("readers").partitionsToOffsetAndMetadata().get().values().stream()
                .mapToLong(OffsetAndMetadata::offset).sum();
            check(committed == want.size(), "committed " + committed);
            check(admin.describeConsumerGroups(List.of("readers")).all().get().containsKey("readers"), "no group");
            transactions(admin);
            partitions(admin);
            admin.deleteConsumerGroups(List.of("readers")).all().get();
            admin.deleteRecords(Map.of(new TopicPartition("java", 0), RecordsToDelete.beforeOffset(1))).all().get();
            admin.deleteTopics(List.of("java", "transactions")).all().get();
            check(!admin.listTopics().names().get().contains("java"), "the topic is still there");
        }
        System.out.println("ok");
    }

    static void administrate(Admin admin) throws Exception {
        admin.createTopics(List.of(new NewTopic("java", 3, (short) 1).configs(Map.of("retention.ms", "86400000")))).all().get();
        admin.createPartitions(Map.of("java", NewPartitions.increaseTo(4))).all().get();
        check(admin.describeTopics(List.of("java")).allTopicNames().get().get("java").partitions().size() == 4, "partitions");
        check(admin.describeCluster().nodes().get().size() == 1, "nodes");
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "java"), broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        admin.incrementalAlterConfigs(Map.of(topic, List.of(
            new AlterConfigOp(new ConfigEntry("segment.bytes", "10485760"), AlterConfigOp.OpType.SET)))).all().get();
        Map<ConfigResource, Config> configs = admin.describeConfigs(List.of(topic, broker)).all().get();
        check(configs.get(topic).get("retention.ms").value().equals("86400000"), "retention.ms");
        check(configs.get(topic).get("segment.bytes").value().equals("10485760"), "segment.bytes");
        check(!configs.get(broker).entries().isEmpty(), "the broker has no configuration");
        try {
            admin.createTopics(List.of(new NewTopic("java", 1, (short) 1))).all().get();
            check(false, "a topic was made twice");
        } catch (ExecutionException e) {
            check(e.getCause() instanceof TopicExistsException, "" + e.getCause());
        }
    }

    static Producer<String, String> producer(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", servers));
        config.putAll(more);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    /** Idempotent, as is the default. */
    static List<String> produce() throws Exception {
        List<String> want = new ArrayList<>();
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            try (Producer<String, String> p = producer(Map.of("compression.type", codec))) {
                List<java.util.concurrent.Future<RecordMetadata>> sent = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    ProducerRecord<String, String> r = new ProducerRecord<>("java", "k" + i, codec + " " + i);
                    r.headers().add("from", "java".getBytes());
                    want.add(r.key() + " " + r.value());
                    sent.add(p.send(r));
                }
                for (var s : sent) s.get();
            }
        }
        return want;
    }

    static List<String> read(String group, int count, Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", servers, "group.id", group, "auto.offset.reset", "earliest",
            "enable.auto.commit", false, "session.timeout.ms", 6000, "heartbeat.interval.ms", 500));
        config.putAll(more);
        List<String> got = new ArrayList<>();
        try (Consumer<String, String> c = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            c.subscribe(List.of(group.equals("readers") ? "java" : "transactions"));
            long deadline = System.currentTimeMillis() + 30_000;
            while (got.size() < count && System.currentTimeMillis() < deadline) {
                for (var r : c.poll(Duration.ofMillis(500))) got.add(r.key() + " " + r.value());
            }
            c.commitSync();
        }
        return got;
    }

    /** Commits and aborts; a second producer of the same id fences the first. */
    static void transactions(Admin admin) throws Exception {
        admin.createTopics(List.of(new NewTopic("transactions", 2, (short) 1))).all().get();
        List<String> want = new ArrayList<>();
        Map<String, Object> config = Map.of("transactional.id", "java");
        Producer<String, String> p = producer(config);
        p.initTransactions();
        for (int n = 0; n < 6; n++) {
            p.beginTransaction();
            for (int i = 0; i < 10; i++) {
                p.send(new ProducerRecord<>("transactions", "k" + i, n + " " + i));
                if (n % 2 == 1) want.add("k" + i + " " + n + " " + i);
            }
            if (n % 2 == 1) {
                p.sendOffsetsToTransaction(Map.of(new TopicPartition("java", 0), new OffsetAndMetadata(n)), new ConsumerGroupMetadata("copiers"));
                p.commitTransaction();
            } else {
                p.abortTransaction();
            }
        }
        same("committed", want, read("committed", want.size(), Map.of("isolation.level", "read_committed")));
        var offsets = admin.listConsumerGroupOffsets("copiers").partitionsToOffsetAndMetadata().get();
        check(offsets.get(new TopicPartition("java", 0)).offset() == 5, "offsets of the transaction: " + offsets);
        try (Producer<String, String> second = producer(config)) {
            second.initTransactions();
            try {
                p.beginTransaction();
                p.send(new ProducerRecord<>("transactions", "k", "late"));
                p.commitTransaction();
                check(false, "the first producer was not fenced");
            } catch (ProducerFencedException | InvalidProducerEpochException e) {
                p.close(Duration.ZERO);
            }
        }
    }

    /** Rows that SQL has put into the topic "partitions" lie where this producer writes their keys. */
    static void partitions(Admin admin) throws Exception {
        if (!admin.listTopics().names().get().contains("partitions")) return;
        Map<String, Integer> at = new HashMap<>();
        Map<String, Object> config = Map.of("bootstrap.servers", servers, "auto.offset.reset", "earliest");
        try (Consumer<String, String> c = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
             Producer<String, String> p = producer(Map.of())) {
            List<TopicPartition> all = c.partitionsFor("partitions").stream().map(i -> new TopicPartition(i.topic(), i.partition())).toList();
            c.assign(all);
            c.seekToBeginning(all);
            long end = c.endOffsets(all).values().stream().mapToLong(Long::longValue).sum();
            check(end > 0, "no rows");
            while (at.size() < end) for (var r : c.poll(Duration.ofMillis(500))) at.put(r.key(), r.partition());
            for (var e : at.entrySet()) {
                int mine = p.send(new ProducerRecord<>("partitions", e.getKey(), "1")).get().partition();
                check(mine == e.getValue(), e.getKey() + " is in partitions " + mine + " and " + e.getValue());
            }
        }
    }

    static void same(String what, List<String> want, List<String> got) {
        check(want.stream().sorted().toList().equals(got.stream().sorted().toList()), what + ": " + got.size() + " of " + want.size() + " records: " + got);
    }

    static void check(boolean ok, String what) {
        if (!ok) throw new AssertionError(what);
    }
}
