package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The scalars of a JSON document by where they stand: {@code /maps/0/name}. */
record ParsedJson(Map<String, String> scalars) {

    /** Parses one whole document; nothing may follow it. */
    static ParsedJson of(final String text) {
        final Map<String, String> scalars = new LinkedHashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), text)) {
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (token.isScalarValue()) {
                    scalars.put(parser.streamReadContext().pathAsPointer().toString(), parser.getValueAsString());
                }
            }
            assertThat(depth).isZero();
        }
        return new ParsedJson(scalars);
    }

    boolean has(final String place) {
        return scalars.containsKey(place);
    }

    String text(final String place) {
        assertThat(scalars).containsKey(place);
        return String.valueOf(scalars.get(place));
    }
}
