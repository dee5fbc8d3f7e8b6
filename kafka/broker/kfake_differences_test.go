package broker

// difference is a field in the answers to some steps in which we differ from kfake, and why. An asterisk stands for anything.
type difference struct{ step, path, ours, theirs, why string }

var differences = []difference{
	{"create*", ".Topics[*].Configs[*", "*", "absent", "We tell all settings of a new topic, as Kafka does."},
	{"create", ".Topics[*].Configs[*].Source", "1", "-1", "A setting in the request is one of the topic; kfake does not tell where it comes from."},
	{"create: bad name", "*.ErrorCode", "17", "*", "kfake does not check names; ours are checked as Kafka's are. Its second creation finds the topic."},
	{"create: dots", "*.ErrorCode", "17", "*", "The same."},
	{"create: empty name", "*.ErrorCode", "17", "*", "The same."},
	{"metadata: bad name", "*", "*", "*", "The same: kfake has made the topic."},
	{"create: unknown setting", "*.ErrorCode", "40", "*", "kfake takes any setting before version 1, and then finds the topic. A setting without effect would be a trap."},
	{"create: bad setting", "*.ErrorCode", "40", "*", "kfake does not check values."},
	{"alter: bad value", "*.ErrorCode", "40", "0", "The same."},
	{"alter: unknown setting", "*.ErrorCode", "40", "0", "kfake takes any setting when it is altered."},
	{"create: no replicas", "*.ErrorCode", "38", "*", "Nor the replication factor 0."},
	{"create partitions", ".Topics[b].ErrorCode", "37", "0", "As many partitions as there are is no more, and INVALID_PARTITIONS in Kafka."},

	{"produce: *", "*.BaseOffset", "-1", "0", "Nothing was appended, so there is no offset; kfake leaves the field."},
	{"sequence: *", "*.BaseOffset", "-1", "0", "The same."},
	{"produce: *", "*.LogStartOffset", "0", "-1", "We tell the start of a partition that exists, as Kafka does."},
	{"sequence: *", "*.LogStartOffset", "0", "-1", "The same."},
	{"produce: nothing", "*.ErrorCode", "87", "2", "One batch is expected: INVALID_RECORD says more than CORRUPT_MESSAGE, which clients try again."},
	{"produce: two batches", "*.ErrorCode", "87", "2", "The same."},
	{"produce: old format", "*.ErrorCode", "43", "2", "UNSUPPORTED_FOR_MESSAGE_FORMAT; to try again would not help."},
	{"produce: unknown codec", "*.ErrorCode", "76", "2", "UNSUPPORTED_COMPRESSION_TYPE; the same."},
	{"init producer: *", ".ProducerEpoch", "-1", "0", "There is no producer, and no epoch of it; kfake leaves the field."},

	{"fetch: *", "*.HighWatermark", "-1", "*", "With an error Kafka tells no high watermark."},
	{"fetch: *", "*.LastStableOffset", "-1", "*", "The same."},
	{"fetch: *", "*.LogStartOffset", "-1", "*", "The same."},
	{"fetch: unknown topic", "*.ErrorCode", "100", "0", "UNKNOWN_TOPIC_ID is the answer for an id that is nobody's; kfake waits for it."},
	{"list offsets: earliest", "*.LeaderEpoch", "-1", "some", "The epoch of the first record is not looked up; to clients -1 means that it is not known."},
	{"list offsets: local start", "*.LeaderEpoch", "-1", "some", "The same."},
	{"delete records", "*.LowWatermark", "-1", "0", "With an error Kafka tells no offset."},

	{"*: unknown group", "*", "*", "69", "UNKNOWN_MEMBER_ID, or no offsets, is what Kafka answers for a classic group it has never heard of."},
	{"*: unknown group", "*", "*", "absent", "The same: the answer has what was asked for."},
	{"join: unknown member", ".MemberID", "stranger", "", "Kafka says who is unknown."},
	{"offset fetch", "*.Metadata", "", "null", "Where nothing is committed Kafka tells an empty text."},
	{"commit: long text", "*.ErrorCode", "12", "0", "kfake does not bound texts; Kafka does, at 4096 bytes."},
	{"offset fetch: all", "*.Metadata", "", "xxx*", "The same: it has taken the text."},

	{"*", ".Resources[b].Configs[*].ConfigSynonyms[*", "absent", "*", "Fallbacks are told when they are asked for, and were not."},
	{"change: add to no list", "*.ErrorCode", "40", "42", "INVALID_CONFIG is Kafka's answer when a setting is no list."},
	{"change: then", ".Resources[b].Configs[cleanup.policy].Value", "compact,delete", "compact,delete*", "A list has each value once; kfake adds it in every version."},
}
