-- How long a text is, in a file beside the texts: asking which spans have none reads no text.
-- Parts that were written before keep their form until they are merged, and answer the same.

ALTER TABLE spans${local} ${on_cluster}
    MODIFY SETTING serialization_info_version = 'with_types', string_serialization_version = 'with_size_stream';
