/** What is committed beside its source, held against that source. */
@NullMarked
package io.xdp4j.tests;

import org.jspecify.annotations.NullMarked;
