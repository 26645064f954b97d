/** The verifier proved by cases: small programs, each named after the rule it shows, and what Linux says of them. */
@NullMarked
package io.xdp4j.tests.verifier;

import org.jspecify.annotations.NullMarked;
