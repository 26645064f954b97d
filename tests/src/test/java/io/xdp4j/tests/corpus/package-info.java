/** Small programs as text, with the result that every engine must give. */
@NullMarked
package io.xdp4j.tests.corpus;

import org.jspecify.annotations.NullMarked;
