# What `cmake --install` puts where, and the Debian package that `cpack -G DEB` makes of it.
include(GNUInstallDirs)

install(TARGETS sonde RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES packaging/sonde.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES README.md CHANGELOG.md LICENSE NOTICE packaging/copyright
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/sonde)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/sonde
        FILES_MATCHING PATTERN "*.md" PATTERN decisions EXCLUDE PATTERN style.md EXCLUDE)

set(CPACK_PACKAGE_NAME sonde)
set(CPACK_PACKAGE_VENDOR "The Sonde contributors")
set(CPACK_PACKAGE_CONTACT "The Sonde contributors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "analyses the logs of LLM prompts and says what to change")
set(CPACK_PACKAGE_DESCRIPTION
"Sonde reads the logs that Dify, OpenTelemetry and Langfuse clients write and reports success rates, response times,
tokens and cost with their intervals (analyze), and what is wrong with each failed prompt, with a patch (optimize).")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE amd64)
set(CPACK_DEBIAN_PACKAGE_DEPENDS tzdata)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS libcurl4)  # Loaded when a message is posted.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
