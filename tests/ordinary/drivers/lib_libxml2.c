/* Documents parsed into trees and searched with XPath; the library's own state goes in finish.
 * needs: libxml2-dev
 * flags: -I/usr/include/libxml2 -lxml2 */
#include "ordinary.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>

static void silent(void* context, const char* text, ...) {
    (void)context, (void)text;
}
static int init(void) {
    xmlInitParser();
    return 0;
}
static void finish(void) {
    xmlCleanupParser();
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    static const char built_in[] = "<all><one a='1'/><one>x</one></all>";
    int found = -1;
    xmlDocPtr document;
    (void)data;
    xmlSetGenericErrorFunc(NULL, silent);
    document = command == 0 ? xmlReadMemory(built_in, sizeof built_in - 1, "x.xml", NULL, XML_PARSE_NONET)
                            : xmlReadMemory(buf, (int)len, "x.xml", NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);
    if (document) {
        xmlXPathContextPtr context = xmlXPathNewContext(document);
        xmlXPathObjectPtr result = xmlXPathEvalExpression((const xmlChar*)"//one", context);
        found = result && result->nodesetval ? result->nodesetval->nodeNr : 0;
        xmlXPathFreeObject(result);
        xmlXPathFreeContext(context);
        xmlFreeDoc(document);
    }
    xmlSetGenericErrorFunc(NULL, NULL);
    return answer(rbuf, rlen, &found, sizeof found);
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
