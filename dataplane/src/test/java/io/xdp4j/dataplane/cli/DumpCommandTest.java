package io.xdp4j.dataplane.cli;

import static io.xdp4j.dataplane.cli.CommandRun.object;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DumpCommandTest {

    @TempDir
    Path folder;

    static List<String> objects() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(object("")))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".o"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("objects")
    void printsEveryObjectOfTheCorpus(final String name) {
        final String text = CommandRun.of("dump", object(name)).output();
        final ParsedJson json = ParsedJson.of(
                CommandRun.of("dump", object(name), "--json", "--bytes").output());
        assertThat(json.text("/file")).isEqualTo(object(name));
        assertThat(json.text("/programs/0/code/0")).isNotEmpty();
        for (int i = 0; json.has("/programs/" + i + "/name"); i++) {
            assertThat(text).contains("program " + json.text("/programs/" + i + "/name"));
            assertThat(json.text("/programs/" + i + "/subprograms/0/pc")).isEqualTo("0");
        }
        for (int i = 0; json.has("/maps/" + i + "/name"); i++) {
            assertThat(text).contains("  " + json.text("/maps/" + i + "/name") + " ");
        }
    }

    @Test
    void showsMapsWithinMaps() {
        assertThat(CommandRun.of("dump", object("map_in_map.o"), "--no-code").output())
                .contains(
                        "  by_index                     array_of_maps      key __u32 (4 bytes), value 4 bytes,"
                                + " max_entries 4, 2 initial entries",
                        "    of   by_index.inner               array ");
        final ParsedJson json = ParsedJson.of(
                CommandRun.of("dump", object("map_in_map.o"), "--json").output());
        assertThat(json.text("/maps/2/name")).isEqualTo("by_index");
        assertThat(json.text("/maps/2/initialEntries")).isEqualTo("2");
        assertThat(json.text("/maps/2/inner/name")).isEqualTo("by_index.inner");
        assertThat(json.text("/maps/2/inner/valueSize")).isEqualTo("8");
    }

    @Test
    void showsGlobalVariablesWithTheirValues() {
        assertThat(CommandRun.of("dump", object("globals.o"), "--no-code").output())
                .contains(
                        "  limit                        .rodata+0, 4 bytes = 10",
                        "  counter                      .data+0, 8 bytes = 40",
                        "  big                          .bss+16, 800 bytes" + System.lineSeparator());
        final ParsedJson json = ParsedJson.of(
                CommandRun.of("dump", object("globals.o"), "--json").output());
        assertThat(json.text("/variables/0/name")).isEqualTo("limit");
        assertThat(json.text("/variables/0/map")).isEqualTo(".rodata");
        assertThat(json.text("/variables/0/value")).isEqualTo("10");
        assertThat(json.text("/maps/0/flags")).isEqualTo("1152");
    }

    @Test
    void showsCodeWithSourceLinesLabelsAndBytes() {
        final String all = CommandRun.of("dump", object("map_in_map.o")).output();
        assertThat(all).contains("; ./map_in_map.c:65:1: }", "L35:", "      35:\texit", "call map_lookup_elem#1");
        assertThat(CommandRun.of("dump", object("map_in_map.o"), "--no-source").output())
                .doesNotContain("map_in_map.c:")
                .contains("      35:\texit");
        assertThat(CommandRun.of("dump", object("map_in_map.o"), "--bytes").output())
                .containsPattern("35:\\s+95 00 00 00 00 00 00 00\\s+exit");
        assertThat(CommandRun.of("dump", object("map_in_map.o"), "--no-code").output())
                .doesNotContain("exit");
    }

    @Test
    void leavesOtherProgramsOut() {
        final String text = CommandRun.of("dump", object("globals.o"), "--program", "count_them")
                .output();
        assertThat(text).contains("program count_them").doesNotContain("program read_them");
        assertThat(CommandRun.refusal("dump", object("globals.o"), "--program", "none"))
                .isEqualTo("no such program: program=none (there are: read_them in xdp, count_them in xdp, switch_table"
                        + " in xdp)");
    }

    @Test
    void readsObjectsWithoutTypes() {
        assertThat(CommandRun.of("dump", object("legacy_maps.nodebug.o")).output())
                .contains("license GPL, no type information", "  flows                        hash ")
                .doesNotContain("legacy_maps.c");
        assertThat(ParsedJson.of(CommandRun.of("dump", object("legacy_maps.nodebug.o"), "--json")
                                .output())
                        .text("/btf"))
                .isEqualTo("false");
    }

    @Test
    void appliesRelocationsAgainstOtherTypes() {
        final String object = object("core_relocations.o");
        assertThat(CommandRun.of("dump", object, "--btf", object, "--program", "offsets")
                        .output())
                .contains("program offsets");
        assertThat(CommandRun.refusal("dump", object, "--btf", object("legacy_maps.nodebug.o")))
                .startsWith("no type information (no section .BTF)");
        assertThat(CommandRun.refusal("dump", object, "--btf", folder.toString()))
                .isEqualTo("cannot read types: file=" + folder + " (is a directory)");
    }

    @Test
    void refusesWhatIsNoObject() throws IOException {
        final Path empty = Files.createFile(folder.resolve("empty.o"));
        assertThat(CommandRun.refusal("dump", empty.toString()))
                .isEqualTo("file is empty (expected an ELF file): file=" + empty);
        assertThat(CommandRun.refusal("dump", folder.toString()))
                .isEqualTo("cannot read object: file=" + folder + " (is a directory)");
    }
}
