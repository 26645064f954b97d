package io.xdp4j.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MapTableTest {

    private static UserspaceMap make(final MapTable table) {
        return Maps.create(MapSpec.of("m", MapType.ARRAY, 4, 8, 1), new MapContext(1, table, id -> null, false));
    }

    @Test
    void findsEveryMapByIdAndHandleUntilItIsClosed() {
        final MapTable table = new MapTable();
        final List<UserspaceMap> maps = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            maps.add(make(table));
        }
        for (int i = 0; i < 100; i += 3) {
            maps.get(i).close();
        }
        for (int i = 0; i < 100; i++) {
            final UserspaceMap map = maps.get(i);
            assertThat(map.id()).isEqualTo(i + 1);
            assertThat(table.byId(map.id())).isSameAs(i % 3 == 0 ? null : map);
            assertThat(table.byHandle(map.handle())).isSameAs(i % 3 == 0 ? null : map);
        }
        assertThat(table.byId(0)).isNull();
        assertThat(table.byId(-1)).isNull();
        assertThat(table.byHandle(maps.get(1).handle() | 1L << 31)).isNull();
        maps.forEach(UserspaceMap::close);
        assertThat(table.live()).isEmpty();
    }

    @Test
    void neverRunsOutOfIdsAndSkipsThoseInUse() {
        final MapTable table = new MapTable(1 << 20);
        final UserspaceMap map = make(table);
        assertThat(map.id()).isEqualTo((1 << 20) + 1);
        assertThat(table.byHandle(map.handle())).isSameAs(map);
        map.close();

        final MapTable old = new MapTable(Integer.MAX_VALUE - 1);
        final UserspaceMap last = make(old);
        final UserspaceMap first = make(old);
        assertThat(last.id()).isEqualTo(Integer.MAX_VALUE);
        assertThat(first.id()).isEqualTo(1);
        assertThat(MapTable.id(last.handle())).isEqualTo(Integer.MAX_VALUE);
        assertThat(old.byHandle(last.handle())).isSameAs(last);
        assertThat(old.byHandle(first.handle())).isSameAs(first);
        last.close();
        first.close();
    }

    @Test
    void seedsHashesAtRandomUnlessTheyAreToBeRepeatable() {
        final MapContext random = new MapContext(1, new MapTable(), id -> null, false);
        final MapContext repeatable = new MapContext(1, new MapTable(), id -> null, true);
        assertThat(random.seeds().nextLong()).isNotEqualTo(random.seeds().nextLong());
        assertThat(repeatable.seeds().nextLong()).isEqualTo(repeatable.seeds().nextLong());
    }
}
