"""Stands between a server and a cluster: relay.py PORT TO_PORT COUNT_FILE [CERTIFICATE KEY]

It says in a file how many bytes have come from the cluster. With a certificate it speaks TLS.
"""
import os
import socket
import ssl
import sys
import threading

port, to_port, count_file = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
context = None
if len(sys.argv) > 4:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[4], sys.argv[5])
lock, total = threading.Lock(), 0


def tell():
    with open(count_file + ".new", "w") as file:
        file.write(str(total))
    os.replace(count_file + ".new", count_file)


def copy(source, target, counts):
    global total
    try:
        while True:
            data = source.recv(1 << 16)
            if not data:
                break
            target.sendall(data)
            if counts:
                with lock:
                    total += len(data)
                    tell()
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client):
    if context:
        try:
            client = context.wrap_socket(client, server_side=True)
        except OSError:
            return  # it does not trust the certificate
    try:
        cluster = socket.create_connection(("127.0.0.1", to_port))
    except OSError:
        return client.close()
    threading.Thread(target=copy, args=(client, cluster, False), daemon=True).start()
    copy(cluster, client, True)


with socket.create_server(("127.0.0.1", port)) as listener:
    tell()
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
